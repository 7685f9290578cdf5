"""The operations of the API that moto lacks or only pretends, found by their method names."""
