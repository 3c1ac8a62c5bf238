"""Suspicions that came to nothing are told apart from events that were closed."""

from django.db import migrations, models

DISMISS = """
    UPDATE results_event e SET state = 7
    WHERE e.state = 6 AND (
        SELECT c.why FROM results_eventchange c WHERE c.event_id = e.id AND c.who_id IS NULL
        ORDER BY c.id DESC LIMIT 1
    ) = 'it did not go on'
"""


class Migration(migrations.Migration):
    """One small table."""

    dependencies = [
        ("results", "0014_issue_triage"),
    ]

    operations = [
        migrations.AlterField(
            model_name="event",
            name="state",
            field=models.SmallIntegerField(
                choices=[
                    (1, "suspected"),
                    (2, "confirmed"),
                    (3, "flaky"),
                    (4, "fixed"),
                    (5, "infra"),
                    (6, "closed"),
                    (7, "dismissed"),
                ]
            ),
        ),
        migrations.RunSQL(DISMISS, "UPDATE results_event SET state = 6 WHERE state = 7"),
    ]
