from django.urls import path

from tincay.estimates import views

public = [
    path("population/", views.population, name="population"),
    path("population/<int:number>/", views.published_run, name="published_run"),
]

desk = [
    path("", views.runs, name="runs"),
    path("claims/", views.claims, name="claims"),
    path("upload/", views.new_run, name="new_run"),
    path("table/", views.new_table, name="new_table"),
    path("<int:number>/", views.run, name="run"),
    path("<int:number>/print/", views.run_on_paper, name="run_on_paper"),
    path("<int:number>/change/", views.change_table, name="change_table"),
    path("<int:number>/again/", views.again, name="run_again"),
    path("<int:number>/publish/", views.publish, name="publish_run"),
]
