"""`python -m chaos`: hurt the house and judge what is left."""

from chaos.cli import app

if __name__ == "__main__":
    app()
