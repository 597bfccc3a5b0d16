"""Moto's server as the register of what exists."""

from __future__ import annotations

import http.client
from urllib.parse import urlencode, urlsplit
from xml.etree.ElementTree import Element

from tests.fakes.rds import xml_answers
from tests.fakes.rds.query_protocol import VERSION, ApiError

FORM = "application/x-www-form-urlencoded; charset=utf-8"


class Register:
    """Calls of moto: those of a client, passed on, and our own."""

    def __init__(self, address: str) -> None:
        self.place = urlsplit(address).netloc

    def forward(self, region: str, body: bytes) -> bytes:
        """Pass a request on; what moto refuses is raised as moto says it."""
        credential = f"AWS4-HMAC-SHA256 Credential=fake/20260101/{region}/rds/aws4_request, SignedHeaders=host, Signature=0"
        connection = http.client.HTTPConnection(self.place, timeout=60)
        try:
            connection.request("POST", "/", body, {"Authorization": credential, "Content-Type": FORM})
            found = connection.getresponse()
            text = found.read()
        finally:
            connection.close()
        if found.status != 200:
            error = next(xml_answers.every(xml_answers.read(text), "Error"))
            raise ApiError(xml_answers.text(error, "Code"), xml_answers.text(error, "Message"), found.status)
        return text

    def call(self, region: str, action: str, params: dict[str, str]) -> bytes:
        """A call of our own."""
        return self.forward(region, urlencode({"Action": action, "Version": VERSION, **params}).encode())

    def instances(self, region: str) -> list[Element]:
        """Every instance of a region."""
        root = xml_answers.read(self.call(region, "DescribeDBInstances", {}))
        return [each for group in xml_answers.every(root, "DBInstances") for each in group]
