"""A real SFTP server and a real S3-style store on this machine."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import asyncssh

from credit_grading.sources.access import Access

LOGIN, PASSWORD = "bureau", "s3cret-of-the-bureau"


class _Server(asyncssh.SSHServer):
    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (LOGIN, PASSWORD)


class _Folder(asyncssh.SFTPServer):
    """A folder as a root; the connection ends without a word where a file of a certain name is asked for."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], served: "SftpServer") -> None:
        self._served = served
        super().__init__(channel, chroot=str(served.folder))

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        if self._served.hangs_up_at and path.decode().endswith(self._served.hangs_up_at):
            self.connection.abort()
        return super().open(path, pflags, attrs)


class SftpServer:
    """Serves a folder as its root to one login, by password or by key."""

    hangs_up_at = ""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        key = asyncssh.generate_private_key("ssh-ed25519")
        other = asyncssh.generate_private_key("ecdsa-sha2-nistp256")
        client = asyncssh.generate_private_key("ssh-ed25519")
        self.host_key = key.export_public_key().decode().strip()
        self.private_key = client.export_private_key().decode()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def listen() -> Any:
            allowed = asyncssh.import_authorized_keys(client.export_public_key().decode())
            return await asyncssh.listen(
                "127.0.0.1", 0, server_factory=_Server, server_host_keys=[other, key], authorized_client_keys=allowed,
                sftp_factory=lambda channel: _Folder(channel, self),
            )  # fmt: skip

        self._listener = asyncio.run_coroutine_threadsafe(listen(), self._loop).result(20)
        self.port: int = self._listener.get_port()

    def access(self, path: str) -> Access:
        """How a folder below its root is reached."""
        options = {"username": LOGIN, "password": PASSWORD, "host_key": self.host_key}
        return Access(f"sftp://127.0.0.1:{self.port}/{path}", options)

    def stop(self) -> None:
        async def close() -> None:
            self._listener.close()
            await self._listener.wait_closed()
            # what still serves a client that has not said goodbye
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)


class ObjectStore:
    """An S3-style store with one bucket; every login is let in, as moto does."""

    bucket = "bureau"

    def __init__(self) -> None:
        import boto3
        from moto.server import ThreadedMotoServer

        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
        self._server.start()
        host, port = self._server.get_host_and_port()
        self.endpoint = f"http://{host}:{port}"
        self.client = boto3.client(
            "s3", endpoint_url=self.endpoint, region_name="us-east-1", aws_access_key_id=LOGIN,
            aws_secret_access_key=PASSWORD,
        )  # fmt: skip
        self.client.create_bucket(Bucket=self.bucket)

    def access(self, prefix: str) -> Access:
        """How what is below a prefix is reached."""
        options = {
            "access_key": LOGIN, "secret_key": PASSWORD, "endpoint_override": self.endpoint.partition("://")[2],
            "scheme": "http", "region": "us-east-1",
        }  # fmt: skip
        return Access(f"s3://{self.bucket}/{prefix}", options)

    def put(self, name: str, content: bytes) -> None:
        self.client.put_object(Bucket=self.bucket, Key=name, Body=content)

    def stop(self) -> None:
        self._server.stop()
