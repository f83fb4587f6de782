#!/usr/bin/env python3
"""Writes hmac-v2.json and resource-token-v1.json: docs/formats/auth.md in Python's standard library, independent of the C# on either side."""
import base64
import hashlib
import hmac
import json
import pathlib
import struct


def mac(key, message):
    return hmac.new(key, message, hashlib.sha256).digest()


def b64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_id(key):
    return b64url(mac(key, b"nacre key id v2")[:12])


def sign(key, signer, method, audience, time, nonce, body):
    canonical = "\n".join(
        ["nacre-auth-v2", method, audience, str(time), b64url(nonce), b64url(hashlib.sha256(body).digest())])
    signature = b64url(mac(key, canonical.encode()))
    return canonical, f"v2;{signer};aud={audience};t={time};n={b64url(nonce)};sig={signature}"


def unary(name, key, method, audience, time, nonce, body):
    canonical, header = sign(key, f"key={key_id(key)}", method, audience, time, nonce, body)
    return {
        "name": name,
        "key": base64.b64encode(key).decode(),
        "method": method,
        "audience": audience,
        "timeMs": time,
        "nonce": nonce.hex(),
        "body": body.hex(),
        "canonical": canonical,
        "header": header,
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


def token(name, key, generation, issuer, permission, issued, asked):
    lifetime = asked or 3600
    mode = {"read": 1, "all": 2}[permission["mode"]]
    issuer_id = base64.urlsafe_b64decode(key_id(ACCOUNT_KEYS[issuer]))
    fields = struct.pack(
        "<BBHI5QqI12s", 1, mode, 0, generation, permission["database"], permission["user"], permission["permission"],
        permission["version"], permission["container"], issued, lifetime, issuer_id)
    assert len(fields) == 72
    secret = mac(key, b"nacre resource token v1" + fields)
    time, nonce, body = issued + lifetime * 1000 - 1, hashlib.sha256(name.encode()).digest()[:16], name.encode()
    method, audience = "/nacre.v1.Items/Read", "localhost:8081"
    session = mac(secret, b"nacre stream v2" + nonce + bytes(16))
    return {
        "name": name,
        "tokenKey": base64.b64encode(key).decode(),
        "generation": generation,
        "issuer": issuer,
        **permission,
        "issuedMs": issued,
        "askedSeconds": asked,
        "expiresMs": issued + lifetime * 1000,
        "token": fields.hex(),
        "secret": secret.hex(),
        "text": f"{b64url(fields)}.{b64url(secret)}",
        "method": method,
        "audience": audience,
        "timeMs": time,
        "nonce": nonce.hex(),
        "body": body.hex(),
        "header": sign(secret, f"tok={b64url(fields)}", method, audience, time, nonce, body)[1],
        "streamProof": mac(session, b"server proof").hex(),
    }


def permission(mode, resource, partition_key, database, user, number, version, container):
    return {
        "mode": mode, "resource": resource, "partitionKey": partition_key, "database": database, "user": user,
        "permission": number, "version": version, "container": container,
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

# In the order of their kinds: primary, secondary, and the two that only read.
ACCOUNT_KEYS = [hashlib.sha512(f"account key {i}".encode()).digest() for i in range(4)]
MOST = 2 ** 64 - 1
TOKENS = {
    "accountKeys": [base64.b64encode(key).decode() for key in ACCOUNT_KEYS],
    "tokens": [
        token("whole container", KEY, 1, 0, permission("all", "dbs/d/colls/c", "", 1, 5, 7, 7, 2), 1767323045000, 0),
        token("whole container, read", KEY, 1, 0, permission("read", "dbs/d/colls/c", "", 1, 5, 7, 7, 2), 1767323045000, 0),
        token("partition, shortest life", KEY, 1, 1, permission("all", "dbs/d/colls/c", '["t1","u1"]', 1, 5, 8, 300, 2),
              1767323045123, 600),
        token("prefix, longest life", OTHER, 2, 0, permission("read", "dbs/d/colls/c", '["t1"]', 3, 400, 70000, 70001, 500),
              1767323046789, 86400),
        token("one item, second of the account keys", OTHER, 2, 1,
              permission("all", "dbs/d/colls/c/docs/1", '["t1","u1"]', 1, 2 ** 33, 2 ** 40, 2 ** 41, 9), 1900000000999, 601),
        token("largest numbers", bytes(64), 2 ** 32 - 1, 0,
              permission("read", "dbs/d/colls/c", "", MOST, MOST - 1, MOST - 2, MOST - 3, MOST - 4), 4102444800000, 86399),
    ],
}

for file, vectors in (("hmac-v2.json", VECTORS), ("resource-token-v1.json", TOKENS)):
    pathlib.Path(__file__).with_name(file).write_text(json.dumps(vectors, indent=2) + "\n")
