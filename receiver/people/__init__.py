"""People: who they are, how to reach them, with whom they live, and how they arrived."""
