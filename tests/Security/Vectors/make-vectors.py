#!/usr/bin/env python3
"""Writes hmac-v2.json: docs/formats/auth.md in Python's standard library, independent of the C# on either side."""
import base64
import hashlib
import hmac
import json
import pathlib


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_id(key):
    return b64url(mac(key, b"nacre key id v2")[:12])


def unary(name, key, method, audience, time, nonce, body):
    canonical = "\n".join(
        ["nacre-auth-v2", method, audience, str(time), b64url(nonce), b64url(hashlib.sha256(body).digest())])
    signature = b64url(mac(key, canonical.encode()))
    return {
        "name": name,
        "key": base64.b64encode(key).decode(),
        "method": method,
        "audience": audience,
        "timeMs": time,
        "nonce": nonce.hex(),
        "body": body.hex(),
        "canonical": canonical,
        "header": f"v2;key={key_id(key)};aud={audience};t={time};n={b64url(nonce)};sig={signature}",
    }


def chain(key, payloads):
    last, macs = bytes(32), []
    for sequence, payload in enumerate(payloads):
        last = mac(key, last + sequence.to_bytes(8, "little") + payload)
        macs.append({"payload": payload.hex(), "mac": last.hex()})
    return macs


def stream(name, key, client_nonce, server_nonce, to_server, to_client):
    session = mac(key, b"nacre stream v2" + client_nonce + server_nonce)
    return {
        "name": name,
        "key": base64.b64encode(key).decode(),
        "clientNonce": client_nonce.hex(),
        "serverNonce": server_nonce.hex(),
        "sessionKey": session.hex(),
        "proof": mac(session, b"server proof").hex(),
        "clientToServer": chain(mac(session, b"client to server"), to_server),
        "serverToClient": chain(mac(session, b"server to client"), to_client),
    }


KEY = bytes(range(64))
OTHER = bytes(255 - i for i in range(64))
VECTORS = {
    "keyIds": [{"key": base64.b64encode(key).decode(), "id": key_id(key)} for key in (KEY, OTHER)],
    "unary": [
        unary("empty body", KEY, "/nacre.v1.Account/Get", "localhost:8081", 1767323045000, bytes(16), b""),
        unary("short body", KEY, "/nacre.v1.Items/Read", "127.0.0.1:8081", 1767323045123, bytes(range(16)), b"\x0a\x02db"),
        unary("IPv6, other key", OTHER, "/nacre.v1.Items/Create", "[::1]:443", 1767323046789, b"\xff" * 16,
              bytes(i % 251 for i in range(1024))),
    ],
    "stream": [
        stream("two batches and one", KEY, bytes(range(16)), bytes(range(16, 32)), [b"first", b""], [b"first"]),
    ],
}

pathlib.Path(__file__).with_name("hmac-v2.json").write_text(json.dumps(VECTORS, indent=2) + "\n")
