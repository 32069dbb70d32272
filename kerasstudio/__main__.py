"""`python -m kerasstudio`: the same as the `kerasstudio` command."""

from kerasstudio.cli import main

raise SystemExit(main())
