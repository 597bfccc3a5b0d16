from_auto = "12"
