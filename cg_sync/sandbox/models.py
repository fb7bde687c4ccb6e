"""The shop's tables. Groups, memberships and settings are extrapolated; the rest is documented."""

from typing import Any

from django.db import models
from django.utils import timezone

from cg_sync.sandbox.texts import email_domain


class Stamped(models.Model):
    """Carries the two dates that every Omnitron record has."""

    # Not auto_now: seeding sets both, so that the same seed gives the same shop.
    created_date = models.DateTimeField(default=timezone.now, editable=False)
    modified_date = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and move `modified_date` on."""
        self.modified_date = timezone.now()
        super().save(*args, **kwargs)


class PriceList(Stamped):
    name = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64, unique=True, null=True, blank=True)
    currency = models.CharField(max_length=3, default="try")
    is_auto_sync = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.code or 'no code'})"


class StockList(Stamped):
    name = models.CharField(max_length=64, unique=True)
    code = models.CharField(max_length=64, unique=True, null=True, blank=True)
    is_auto_sync = models.BooleanField(default=False)

    def __str__(self) -> str:
        return f"{self.name} ({self.code or 'no code'})"


class Product(Stamped):
    sku = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255, unique=True)

    def __str__(self) -> str:
        return self.name


class ProductPrice(models.Model):
    product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
    price_list = models.ForeignKey(PriceList, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=12, decimal_places=2)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["product", "price_list"], name="one_price_per_list"),
        )

    def __str__(self) -> str:
        return f"{self.product}: {self.price}"


class Catalog(Stamped):
    name = models.CharField(max_length=255, unique=True)
    price_list = models.ForeignKey(PriceList, models.PROTECT, related_name="+")
    stock_list = models.ForeignKey(StockList, models.PROTECT, related_name="+")
    priority_list = models.IntegerField(null=True, blank=True)
    category_tree = models.IntegerField(null=True, blank=True)
    extra_price_lists = models.ManyToManyField(PriceList, blank=True, related_name="+")
    extra_stock_lists = models.ManyToManyField(StockList, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class Channel(Stamped):
    name = models.CharField(max_length=255)
    channel_type = models.CharField(max_length=64, default="sales_channel")
    catalog = models.ForeignKey(Catalog, models.PROTECT, related_name="channels")
    category_tree = models.IntegerField(null=True, blank=True)
    is_active = models.BooleanField(default=True)
    conf = models.JSONField(default=dict, blank=True)
    schema = models.JSONField(default=dict, blank=True)

    def __str__(self) -> str:
        return self.name


class Customer(Stamped):
    class Gender(models.TextChoices):
        MALE = "male"
        FEMALE = "female"

    class UserType(models.TextChoices):
        GUEST = "guest"
        REGISTERED = "registered"

    channel = models.ForeignKey(Channel, models.CASCADE, related_name="customers")
    email = models.EmailField("e-mail", max_length=254)
    # Both follow from `email`: what makes it unique, and what the panel filters by.
    email_key = models.CharField(max_length=254, editable=False)
    domain = models.CharField(max_length=254, editable=False, blank=True)
    first_name = models.CharField(max_length=255, blank=True, default="")
    last_name = models.CharField(max_length=255, blank=True, default="")
    phone_number = models.CharField(max_length=128, null=True, blank=True)
    is_active = models.BooleanField("active", default=False)
    channel_code = models.CharField(max_length=64, blank=True, default="")
    erp_code = models.CharField(max_length=64, null=True, blank=True)
    attributes = models.JSONField(default=dict, blank=True)
    attributes_kwargs = models.JSONField(default=dict, blank=True)
    localized_attributes = models.JSONField(default=dict, blank=True)
    localized_attributes_kwargs = models.JSONField(default=dict, blank=True)
    extra_field = models.JSONField(default=dict, blank=True)
    email_allowed = models.BooleanField(default=False)
    sms_allowed = models.BooleanField(default=False)
    call_allowed = models.BooleanField(default=False)
    date_joined = models.DateTimeField(null=True, blank=True)
    date_of_birth = models.DateField(null=True, blank=True)
    gender = models.CharField(max_length=6, choices=Gender.choices, null=True, blank=True)
    user_type = models.CharField(max_length=10, choices=UserType.choices, null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["channel", "email_key"], name="one_email_per_channel"),
        )
        indexes = (
            models.Index(fields=["channel", "domain"], name="customer_domain"),
            models.Index(fields=["channel", "email"], name="customer_email"),
            models.Index(fields=["channel", "phone_number"], name="customer_phone"),
            models.Index(fields=["channel", "modified_date"], name="customer_modified"),
        )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if kwargs:
            self.derive()

    def __str__(self) -> str:
        return self.email

    def derive(self) -> None:
        """Bring the fields that follow from the e-mail address up to date."""
        self.email_key = email_key(self.email)
        self.domain = email_domain(self.email) or ""

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, with the derived fields in step."""
        self.derive()
        super().save(*args, **kwargs)


def email_key(email: str) -> str:
    """What two spellings of one address have in common."""
    return email.strip().casefold()


class CustomerGroup(Stamped):
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="customer_groups")
    name = models.CharField(max_length=255)

    class Meta:
        verbose_name = "customer group"
        constraints = (
            models.UniqueConstraint(fields=["channel", "name"], name="one_group_per_name"),
        )

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    # The unique index begins with the group: an index of its own would only slow bulk_add.
    group = models.ForeignKey(
        CustomerGroup, models.CASCADE, related_name="memberships", db_index=False
    )
    customer = models.ForeignKey(Customer, models.CASCADE, related_name="memberships")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["group", "customer"], name="one_membership"),
        )

    def __str__(self) -> str:
        return f"{self.customer} in {self.group}"


class CustomerGroupSetting(Stamped):
    channel = models.ForeignKey(Channel, models.CASCADE, related_name="customer_group_settings")
    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255)
    priority = models.PositiveIntegerField(default=0, help_text="The lowest number wins.")
    is_active = models.BooleanField("active", default=True)
    price_list = models.ForeignKey(PriceList, models.PROTECT, null=True, blank=True)
    stock_list = models.ForeignKey(StockList, models.PROTECT, null=True, blank=True)
    start_date = models.DateTimeField(null=True, blank=True)
    end_date = models.DateTimeField(null=True, blank=True)
    config = models.JSONField("rule")

    class Meta:
        verbose_name = "customer group setting"
        constraints = (
            models.UniqueConstraint(fields=["channel", "slug"], name="one_setting_per_slug"),
        )

    def __str__(self) -> str:
        return self.name
