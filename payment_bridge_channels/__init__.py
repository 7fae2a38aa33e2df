from . import connectors
