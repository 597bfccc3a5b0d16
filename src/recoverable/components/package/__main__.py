"""What the Pulumi language host runs when a program in another language asks for a component of this package."""

from recoverable.components.package_host import serve

if __name__ == "__main__":
    serve()
