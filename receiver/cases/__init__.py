"""Cases: the work with a person from arrival to exit, its notes, tasks and documents."""
