@main def run = println("up")
