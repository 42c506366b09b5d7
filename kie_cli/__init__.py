"""kie: make images, video and sound with kie.ai from the command line."""

__version__ = "0.1.0"
