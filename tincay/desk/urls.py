"""The desk: the queue, one report and its steps, what is late."""

from django.urls import include, path

from tincay.desk.views import challenge, queue, report, steps

STEPS = [
    path("challenge/", challenge.of_report, name="challenge"),
    path("open/", report.open_report, name="open_report"),
    path("verify/", steps.verify, name="verify"),
    path("ask/", steps.ask, name="ask_her"),
    path("classify/", steps.classify, name="classify"),
    path("begin/", steps.begin, name="begin"),
    path("write/", steps.write, name="write"),
    path("answer/", steps.answer, name="answer"),
    path("handle/", steps.handle, name="handle"),
    path("try/", steps.try_to_reach, name="try_to_reach"),
    path("lost/", steps.lose_contact, name="lose_contact"),
    path("propose/", steps.propose_closing, name="propose_closing"),
    path("agree/", steps.agree_to_closing, name="agree_to_closing"),
    path("close/", steps.close, name="close_report"),
    path("raise/", steps.raise_priority, name="raise_priority"),
    path("hold/", steps.hold, name="hold"),
    path("resume/", steps.resume, name="resume"),
]

urlpatterns = [
    path("", queue.desk, name="desk"),
    path("today/", queue.today, name="today"),
    path("held/", queue.held, name="held"),
    path("held/words/", queue.held_words, name="held_words"),
    path("seen/", queue.seen, name="seen"),
    path("challenge/", challenge.of_own_key, name="own_challenge"),
    path("warnings/", queue.warnings, name="warnings"),
    path("r/<uuid:report_id>/", report.report, name="report"),
    path("r/<uuid:report_id>/", include(STEPS)),
    path("overdue/", queue.overdue, name="overdue"),
    path("escalated/", queue.escalated, name="escalated"),
]
