"""The Celery application: two lanes over Redis, JSON only, nothing kept in the queue that matters.

Messages are acknowledged when they arrive, not when the work is done: a message is a wake-up,
the row in PostgreSQL is the job, and beat sweeps up what a killed worker left behind. That
also spares Redis the redelivery of everything a long job holds.
"""

from __future__ import annotations

from celery import Celery

from xobito_app.core.jobs import Lane
from xobito_app.jobs.own import all_jobs
from xobito_app.settings import get_settings

celery = Celery("xobito", include=["xobito_app.jobs.tasks"])
celery.conf.update(
    broker_url=get_settings().redis_database(0),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={
        "visibility_timeout": 3600,
        "socket_keepalive": True,
        "socket_connect_timeout": 3,
        "health_check_interval": 25,
    },
    accept_content=["json"],
    task_serializer="json",
    task_ignore_result=True,
    task_default_queue=Lane.LIVE.value,
    task_create_missing_queues=True,
    task_publish_retry=False,
    task_send_sent_event=False,
    worker_prefetch_multiplier=1,
    worker_send_task_events=False,
    worker_hijack_root_logger=False,
    worker_cancel_long_running_tasks_on_connection_loss=False,
    worker_enable_remote_control=False,
    beat_schedule={
        job.type.name: {
            "task": job.type.name,
            "schedule": job.every,
            "options": {
                "queue": job.type.lane.value,
                # A question nobody could answer in time is asked again, not answered late.
                "expires": max(job.every.total_seconds(), 5),
            },
        }
        for job in all_jobs()
        if job.every
    },
    timezone="UTC",
)
