# What each target does stands beside it; `make` alone lists them. CI calls `make check test` as they are.
PYTHON ?= python3
BIN := .venv/bin

# What the tests operate: a virtual screen with real applications on it, and a phone made of true parts.
SCREEN := xvfb openbox dbus x11-xserver-utils x11-apps x11-xkb-utils at-spi2-core libxkbcommon0 xdotool xclip \
	mousepad galculator pcmanfm
PHONE := adb bubblewrap mksh toybox clang lld dpkg-dev libcap-dev android-libboringssl-dev android-libbase-dev \
	android-libcutils-dev android-liblog-dev android-platform-system-core-headers

.PHONY: help setup browser screens demo test check bench clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

setup: .venv/ready ## make .venv with the command in .venv/bin/sightline

.venv/ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "sightline needs Python 3.11 or newer; call make with PYTHON=..." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/apt python3-venv
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,openvino]'
	@touch $@

.venv/full: .venv/ready
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev,openvino,test]'
	@touch $@

browser: .venv/ready
	@$(BIN)/sightline doctor --install browser

screens:
	@.ci/apt $(SCREEN) $(PHONE)

demo: browser ## run the main job: operate a real web application by looking at it
	$(BIN)/sightline run examples/django_admin/task.yaml

test: .venv/full browser screens ## run all tests, in a browser, on a virtual screen and on the Android rig
	$(BIN)/python -m pytest

check: .venv/full ## lint, types, import direction, what the wheel holds
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/pyright
	$(BIN)/pyright --pythonplatform Windows environments/desktop
	$(BIN)/pyright --pythonplatform Darwin environments/desktop
	$(BIN)/python -m pytest -q tests/check

bench: .venv/full browser screens ## print what things cost, as ratios against a floor measured in the same run
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

clean: ## remove what was made here
	rm -rf .venv build dist runs .pytest_cache .ruff_cache .hypothesis
