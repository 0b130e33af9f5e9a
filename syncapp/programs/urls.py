from __future__ import annotations

from django.urls import path

from syncapp.programs import views

urlpatterns = [
    path("steps", views.StepsView.as_view(), name="hub-steps"),
    path("open", views.OpenView.as_view(), name="hub-open"),
    path("entities/<str:entity_type>/<str:entity_id>", views.EntityView.as_view(), name="hub-entity"),
    path("entities/<str:entity_type>/<str:entity_id>/sync", views.SyncView.as_view(), name="hub-entity-sync"),
    path("entities/<str:entity_type>/<str:entity_id>/retry", views.RetryView.as_view(), name="hub-entity-retry"),
    path("records/<str:number>", views.RecordView.as_view(), name="hub-record"),
    path("records/<str:number>/retry", views.RecordRetryView.as_view(), name="hub-record-retry"),
]
