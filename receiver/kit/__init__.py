"""The ground everyone stands on: plain values and small tools that know nothing of the project above them."""
