# Two commands are all one needs; the work itself is in .ci/setup, for machines without make.
.PHONY: demo test check lock docs

demo:
	@bash .ci/setup demo

test:
	@bash .ci/setup test

check:
	@bash .ci/run

lock:
	@bash .ci/lock

docs:
	@.venv/bin/python docs/make_commands.py
