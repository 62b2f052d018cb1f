"""The permission matrix: who may do what to which image, in each operation of each dialect."""
