"""Start of a worker: ``python -m xdrec_app.worker``."""

from xdrec_app.worker.loop import main

if __name__ == "__main__":
    main()
