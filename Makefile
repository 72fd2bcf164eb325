# An index of what can be done here. Everything is a command you can also type yourself.
.PHONY: help run cluster fmt test verify bench
.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

run: ## start one node on port 8080
	./weft run

cluster: ## start three nodes on this machine
	./weft cluster 3

fmt: ## format the code
	./mvnw -q spotless:apply

test: ## the fast tests: no sockets, no clusters
	./mvnw test

verify: ## the whole gate, as in .ci/run
	./mvnw verify

bench: ## list the benchmarks
	./weft bench --help
