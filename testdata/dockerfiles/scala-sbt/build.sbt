name := "service"
