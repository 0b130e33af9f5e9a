"""How requests come in and answers go out without a thread waiting for anybody's network."""
