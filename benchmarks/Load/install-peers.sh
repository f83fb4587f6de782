#!/usr/bin/env bash
# Installs the peers that the load driver measures against, without letting them start as services.
set -euo pipefail

if [ -x /usr/lib/postgresql/15/bin/postgres ] && command -v redis-server >/dev/null && command -v etcd >/dev/null; then
  exit 0
fi

export DEBIAN_FRONTEND=noninteractive
apt-get -o DPkg::Lock::Timeout=500 update -qq
# The driver makes clusters of its own; a service would only take part in the measurement.
mkdir -p /etc/postgresql-common
printf 'create_main_cluster = false\nstart_conf = manual\n' > /etc/postgresql-common/createcluster.conf
apt-get -o DPkg::Lock::Timeout=500 install -y -qq --no-install-recommends postgresql-15 redis-server etcd-server
