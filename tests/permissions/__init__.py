"""Who may do what to which image, in every operation of every dialect."""
