"""Every address of the sandbox."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import TemplateView
from drf_spectacular.renderers import OpenApiJsonRenderer2, OpenApiYamlRenderer2
from drf_spectacular.views import SpectacularAPIView
from rest_framework.routers import SimpleRouter

from cg_sync.sandbox import accounts, control, views
from cg_sync.sandbox.admin import panel
from cg_sync.sandbox.errors import not_found

router = SimpleRouter()
for prefix, collection in {
    "channels": views.Channels,
    "catalogs": views.Catalogs,
    "price_list": views.PriceLists,
    "stock_list": views.StockLists,
    r"channel/(?P<channel>[0-9]+)/customers": views.Customers,
    r"remote/(?P<channel>[0-9]+)/customer_groups": views.CustomerGroups,
    r"remote/(?P<channel>[0-9]+)/customer_group_settings": views.CustomerGroupSettings,
}.items():
    router.register(prefix, collection)

api: list[URLPattern | URLResolver] = [
    path("auth/login/", accounts.Login.as_view()),
    path("auth/logout/", accounts.Logout.as_view()),
    path("active_user/", accounts.ActiveUser.as_view()),
    path("", include(router.urls)),
]
schema = SpectacularAPIView.as_view(renderer_classes=[OpenApiJsonRenderer2, OpenApiYamlRenderer2])

urlpatterns = [
    path("", TemplateView.as_view(template_name="sandbox/home.html"), name="home"),
    path("api/v1/", include(api)),
    path("api/schema/", schema, name="schema"),
    path("_sandbox/", include(control.urlpatterns)),
    path("admin/", panel.urls),
]
handler404 = not_found
