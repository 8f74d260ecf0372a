"""The protocol's own duties that the library leaves undone: every request is answered, whatever it looks like."""

from typing import Any

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException, JsonRpcInvalidRequest
from pygls.protocol import LanguageServerProtocol


class Protocol(LanguageServerProtocol):
    """Answers requests that cannot be read, and those that come after `shutdown`, with an error instead of silence."""

    def structure_message(self, data: dict[str, Any]) -> Any:
        """The message that a map stands for. Raises what is wrong with it, after the client was told."""
        try:
            return super().structure_message(data)
        except JsonRpcException as error:
            if "method" in data and isinstance(data.get("id"), int | str):
                self._send_response(data["id"], error=error.to_response_error())
            raise

    def handle_message(self, message: Any) -> None:
        """Do as a message asks."""
        name = getattr(message, "method", "")
        if self._shutdown and name != lsp.EXIT and hasattr(message, "id") and name:
            refused = JsonRpcInvalidRequest("The server was shut down.")
            self._send_response(message.id, error=refused.to_response_error())
            return
        super().handle_message(message)

    @property
    def ended(self) -> bool:
        """Whether the client asked for the end before it came."""
        return bool(self._shutdown)
