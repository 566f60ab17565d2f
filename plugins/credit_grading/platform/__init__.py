"""The local platform: Airflow's settings, its processes on this machine, the demo and its report."""
