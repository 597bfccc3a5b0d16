days = 0
