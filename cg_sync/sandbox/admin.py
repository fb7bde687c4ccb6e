"""The panel: Django's admin, arranged like Omnitron's own pages."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.utils import quote
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count, IntegerField, JSONField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import number_format

from cg_sync.sandbox import models, picker
from cg_sync.sandbox.matching import matching_pks
from cg_sync.sandbox.panel_filters import (
    CityFilter,
    DomainFilter,
    EmailFilter,
    EmptyFilter,
    MemberFilter,
)
from cg_sync.sandbox.panel_forms import GroupForm, PrettyJson, SettingForm

_MENU = {
    "Sales channels": ("CustomerGroup", "CustomerGroupSetting", "Customer", "Channel"),
    "Catalogue": ("Catalog", "PriceList", "StockList", "Product"),
}


class Panel(admin.AdminSite):
    """The admin with the panel's menu."""

    site_header = "Sandbox Omnitron"
    site_title = "Sandbox Omnitron"
    index_title = "The shop"
    empty_value_display = "–"

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        (app,) = super().get_app_list(request, "sandbox") or [{"models": []}]
        pages = {page["object_name"]: page for page in app["models"]}
        menu = [
            dict(app) | {"name": title, "models": [pages[it] for it in names if it in pages]}
            for title, names in _MENU.items()
        ]
        return [part for part in menu if part["models"]]


panel = Panel()


class Page(admin.ModelAdmin):  # type: ignore[type-arg]  # subscripts fail when it runs
    """What all pages have in common: counts of a million rows are made once, not twice."""

    show_full_result_count = False
    list_per_page = 25

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """The listing, under the plain name of what it lists."""
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title} | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The form, likewise."""
        name = str(self.opts.verbose_name)
        context["title"] = f"New {name}" if kwargs.get("add") else name.capitalize()
        return super().render_change_form(request, context, *args, **kwargs)


class _LookOnly(Page):
    """Pages of things that come with the sandbox."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.CustomerGroup, site=panel)
class CustomerGroupPage(Page):
    form = GroupForm
    fields = ("name", "channel")
    list_display = ("name", "channel", "customer_count", "created_date", "modified_date")
    list_filter = ("channel", EmptyFilter, MemberFilter, "created_date")
    search_fields = ("name",)
    search_help_text = "Search by the name of the group"
    ordering = ("name", "pk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        count = (
            models.Membership.objects.filter(group=OuterRef("pk"))
            .order_by()
            .values("group")
            .annotate(total=Count("pk"))
        )
        total = Subquery(count.values("total"), output_field=IntegerField())
        groups: QuerySet[Any] = super().get_queryset(request).select_related("channel")
        groups = groups.annotate(total=Coalesce(total, 0))
        return groups  # noqa: RET504 -- the annotation loses its type otherwise

    @admin.display(description="customers", ordering="total")
    def customer_count(self, group: Any) -> str:
        return number_format(group.total, use_l10n=True, force_grouping=True)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        # Members belong to the channel: a group cannot move.
        return ("channel",) if obj else ()

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<int:pk>/picker/", wrap(self.picker_page), name="picker"),
            path("<int:pk>/picker/change/", wrap(self.picker_change), name="picker_change"),
            *super().get_urls(),
        ]

    def picker_page(self, request: HttpRequest, pk: int) -> JsonResponse:
        """One page of the customers or the members."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        return JsonResponse(
            picker.page(get_object_or_404(models.CustomerGroup, pk=pk), request.GET)
        )

    def picker_change(self, request: HttpRequest, pk: int) -> JsonResponse:
        """Add or remove members."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        if request.method != "POST":
            raise BadRequest("members are changed by POST")
        group = get_object_or_404(models.CustomerGroup, pk=pk)
        return JsonResponse(picker.change(group, request.body))

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        """After its name, a new group gets its members."""
        if "_addanother" in request.POST:
            return super().response_add(request, obj, post_url_continue)
        self.message_user(request, f"The group “{obj}” was added. Now pick its customers.")
        url = reverse("admin:sandbox_customergroup_change", args=(quote(obj.pk),))
        return HttpResponseRedirect(f"{url}#customers")


@admin.register(models.CustomerGroupSetting, site=panel)
class CustomerGroupSettingPage(Page):
    form = SettingForm
    fieldsets = (
        (None, {"fields": (("name", "slug"), "channel", ("priority", "is_active"))}),
        ("Who", {"fields": ("config", "matches")}),
        ("What they see", {"fields": (("price_list", "stock_list"),)}),
        ("When", {"fields": (("start_date", "end_date"),)}),
    )
    readonly_fields = ("matches",)
    prepopulated_fields = {"slug": ("name",)}  # noqa: RUF012 -- Django's own way
    list_display = (
        *("name", "slug", "priority", "is_active", "price_list", "stock_list", "dates"),
    )
    list_filter = ("channel", "is_active", "price_list", "stock_list")
    list_select_related = ("channel", "price_list", "stock_list")
    search_fields = ("name", "slug")
    search_help_text = "Search by name or slug"
    ordering = ("channel", "priority", "pk")
    formfield_overrides = {  # noqa: RUF012 -- Django's own way
        JSONField: {
            "form_class": PrettyJson,
            "widget": forms.Textarea(attrs={"rows": 18, "class": "rule", "spellcheck": "false"}),
        }
    }

    @admin.display(description="matches")
    def matches(self, setting: models.CustomerGroupSetting) -> str:
        if setting._state.adding:
            return "Counted once the setting is saved."
        matches = len(matching_pks(setting.channel, setting.config, now=timezone.now()))
        total = setting.channel.customers.count()
        return f"matches {matches:,} of {total:,} customers"

    @admin.display(description="dates", ordering="start_date")
    def dates(self, setting: models.CustomerGroupSetting) -> str | None:
        if setting.start_date is None and setting.end_date is None:
            return None
        ends = (setting.start_date, setting.end_date)
        return " – ".join(it.strftime("%Y-%m-%d") if it else "…" for it in ends)

    def get_prepopulated_fields(self, request: HttpRequest, obj: Any = None) -> dict[str, Any]:
        # A slug is the name others know a setting by: it does not follow later changes.
        return {} if obj else dict(self.prepopulated_fields)


@admin.register(models.Customer, site=panel)
class CustomerPage(_LookOnly):
    list_display = (
        *("email", "first_name", "last_name", "channel", "is_active", "gender", "user_type"),
    )
    list_filter = (
        *("channel", "is_active", "gender", "user_type"),
        *(EmailFilter, DomainFilter, CityFilter),
    )
    list_select_related = ("channel",)
    search_fields = ("email", "first_name", "last_name")
    search_help_text = "Search by e-mail or name"
    ordering = ("pk",)
    exclude = ("email_key",)


@admin.register(models.Channel, site=panel)
class ChannelPage(_LookOnly):
    list_display = ("name", "id", "channel_type", "catalog", "is_active")
    ordering = ("pk",)


@admin.register(models.Catalog, site=panel)
class CatalogPage(_LookOnly):
    list_display = ("name", "price_list", "stock_list")


@admin.register(models.PriceList, site=panel)
class PriceListPage(_LookOnly):
    list_display = ("name", "code", "currency", "is_auto_sync")
    list_filter = ("currency",)
    search_fields = ("name", "code")


@admin.register(models.StockList, site=panel)
class StockListPage(_LookOnly):
    list_display = ("name", "code", "is_auto_sync")
    search_fields = ("name", "code")


class PriceInline(admin.TabularInline):  # type: ignore[type-arg]  # subscripts fail when it runs
    model = models.ProductPrice
    can_delete = False


@admin.register(models.Product, site=panel)
class ProductPage(_LookOnly):
    list_display = ("name", "sku")
    inlines = (PriceInline,)
