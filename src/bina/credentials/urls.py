"""Addresses of this room; the verification pages are open to everybody."""

from django.urls import path

from bina.credentials import views

app_name = "credentials"
urlpatterns = [
    path("hours/", views.hours, name="hours"),
    path("hours/table.xlsx", views.hours_table, name="hours_table"),
    path("hours/rules/", views.hour_rules, name="hour_rules"),
    path("hours/of/<uuid:public_id>/", views.hours_of, name="hours_of"),
    path("hours/of/<uuid:public_id>/table.xlsx", views.hours_table_of, name="hours_table_of"),
    path("hours/rows/<uuid:public_id>/void/", views.void, name="void"),
    path("certificates/", views.certificates, name="certificates"),
    path("certificates/<uuid:public_id>/", views.certificate, name="certificate"),
    path("certificates/<uuid:public_id>/certificate.pdf", views.certificate_pdf, name="certificate_pdf"),
    path("certificates/<uuid:public_id>/revoke/", views.revoke, name="revoke"),
    path("verify/", views.verify, name="verify"),
    path("verify/<str:code>/", views.verify_one, name="verify_one"),
]
