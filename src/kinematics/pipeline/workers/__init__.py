"""Who works on visits and where: this process, others, a cluster; folders here or behind an address."""
