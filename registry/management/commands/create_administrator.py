"""``manage.py create_administrator EMAIL NAME``."""

from __future__ import annotations

import os
from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from registry.errors import DomainError
from registry.policy import SYSTEM, Role
from registry.services import people


class Command(BaseCommand):
    """Make the first administrator of an installation without demo data."""

    help = "Create an administrator. The password is asked for, or taken from ASSAY_PASSWORD."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("email")
        parser.add_argument("name", help="full name, in quotes")

    def handle(self, *_: Any, **options: Any) -> None:
        """Create the account and give it the role."""
        password = os.environ.get("ASSAY_PASSWORD") or getpass("Password: ")
        try:
            validate_password(password)
            with transaction.atomic():
                person = people.add_person(actor=SYSTEM, email=options["email"], name=options["name"], password=password)
                people.set_roles(actor=SYSTEM, person_id=person.pk, roles=[Role.ADMINISTRATOR])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except DomainError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"{person.name} is an administrator and can sign in.")
