"""What the contract's tests are made of; nothing in here knows a platform."""
