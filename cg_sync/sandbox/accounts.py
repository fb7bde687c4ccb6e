"""Logging in and out, and who one is then."""

from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import fields
from rest_framework.authtoken.models import Token
from rest_framework.authtoken.serializers import AuthTokenSerializer
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class Login(APIView):
    """Exchanges a user name and a password for the user's one key."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        request=AuthTokenSerializer,
        responses=inline_serializer("Key", {"key": fields.CharField()}),
    )
    def post(self, request: Request) -> Response:
        login = AuthTokenSerializer(data=request.data, context={"request": request})
        login.is_valid(raise_exception=True)
        token, _ = Token.objects.get_or_create(user=login.validated_data["user"])
        return Response({"key": token.key})


class Logout(APIView):
    """Deletes the user's key, for everybody who uses it."""

    # Read-only users may leave as well.
    permission_classes = (AllowAny,)

    @extend_schema(
        request=None,
        responses=inline_serializer("LoggedOut", {"detail": fields.CharField()}),
    )
    def post(self, request: Request) -> Response:
        if request.auth is not None:
            Token.objects.filter(key=request.auth).delete()
        return Response({"detail": "Successfully logged out."})


class ActiveUser(APIView):
    """Says whose token this is."""

    @extend_schema(
        responses=inline_serializer(
            "ActiveUser",
            {
                "pk": fields.IntegerField(),
                "username": fields.CharField(),
                "email": fields.CharField(),
                "is_staff": fields.BooleanField(),
                "is_superuser": fields.BooleanField(),
            },
        )
    )
    def get(self, request: Request) -> Response:
        names = ("pk", "username", "email", "is_staff", "is_superuser")
        return Response({name: getattr(request.user, name) for name in names})
