"""Addresses of this room; the verification pages are open to everybody."""

from django.urls import path

from bina.credentials.views import certificates, dated_rules, hours, verification

app_name = "credentials"
urlpatterns = [
    path("hours/", hours.hours, name="hours"),
    path("hours/table.xlsx", hours.hours_table, name="hours_table"),
    path("hours/rules/", dated_rules.hour_rules, name="hour_rules"),
    path("hours/rules/forms/<slug:code>/", dated_rules.set_hour_rule, name="set_hour_rule"),
    path("hours/rules/requirements/<slug:code>/", dated_rules.set_requirement, name="set_requirement"),
    path("certificates/issuer/", dated_rules.issuer, name="issuer"),
    path("hours/of/<uuid:public_id>/", hours.hours_of, name="hours_of"),
    path("hours/of/<uuid:public_id>/table.xlsx", hours.hours_table_of, name="hours_table_of"),
    path("hours/rows/<uuid:public_id>/void/", hours.void, name="void"),
    path("certificates/", certificates.certificates, name="certificates"),
    path("certificates/<uuid:public_id>/", certificates.certificate, name="certificate"),
    path("certificates/<uuid:public_id>/certificate.pdf", certificates.certificate_pdf, name="certificate_pdf"),
    path("certificates/<uuid:public_id>/revoke/", certificates.revoke, name="revoke"),
    path("verify/", verification.verify, name="verify"),
    path("verify/<str:code>/", verification.verify_one, name="verify_one"),
]
