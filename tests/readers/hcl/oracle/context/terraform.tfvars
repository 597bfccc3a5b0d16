from_file = {
  one   = ["1", 2]
  "two" = []
}
