"""The port between the ERP and payment platforms. Plain Python: nothing here imports the ORM."""
