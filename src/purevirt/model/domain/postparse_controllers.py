"""Controllers: their order in a definition, their indexes, and those that are implied by devices."""

from __future__ import annotations

from typing import Any

from purevirt.errors import ErrorCode, ErrorDomain, VirtError
from purevirt.model._engine.place import blamed
from purevirt.model.domain.controller import Controller

USB2_MODELS = frozenset({"ich9-ehci1", "ich9-uhci1", "ich9-uhci2", "ich9-uhci3"})


def new_controller(type_: str, index: int, model: str | None = None) -> Controller:
    """A controller as libvirt adds it by itself."""
    controller = Controller(type=type_, index=index)  # type: ignore[arg-type]
    controller.model = model
    return controller


def insert_controller(domain: Any, controller: Any) -> None:
    """Put a controller behind those of its type with a lower index, masters before their companions."""
    controllers = domain.devices.controllers
    position: int | None = None
    for index in range(len(controllers) - 1, -1, -1):
        current = controllers[index]
        if current.type != controller.type:
            continue
        if controller.index is None:
            position = index + 1
            break
        current_index = -1 if current.index is None else current.index
        later = current_index > controller.index
        companion = controller.master is None and current.master is not None and current_index == controller.index
        if later or companion:
            position = index
        elif position is None:
            position = index + 1
    controllers.insert(len(controllers) if position is None else position, controller)


def sort_controllers(domain: Any) -> None:
    """Bring the controllers of a freshly read document into libvirt's order."""
    given = list(domain.devices.controllers)
    domain.devices.controllers.clear()
    for controller in given:
        insert_controller(domain, controller)


def find(domain: Any, type_: str, index: int) -> Any | None:
    """The first controller of a type with that index."""
    for controller in domain.devices.controllers:
        if controller.type == type_ and controller.index == index:
            return controller
    return None


def unused_index(domain: Any, type_: str) -> int:
    """The lowest index no controller of that type has."""
    used = {controller.index for controller in domain.devices.controllers if controller.type == type_}
    index = 0
    while index in used:
        index += 1
    return index


def add_controller(domain: Any, type_: str, index: int | None = None, model: str | None = None) -> Any:
    """Add a controller at an index, or at the lowest free one, behind all others: only a definition's own are sorted."""
    controller = new_controller(type_, unused_index(domain, type_) if index is None else index, model)
    domain.devices.controllers.append(controller)
    return controller


def ensure_controller(domain: Any, type_: str, index: int, model: str | None = None) -> bool:
    """Make sure there is such a controller; True when it had to be added."""
    if find(domain, type_, index) is not None:
        return False
    add_controller(domain, type_, index, model)
    return True


def add_usb2(domain: Any) -> None:
    """Add an ICH9 USB 2 group at index 0."""
    for model, port in (("ich9-ehci1", None), ("ich9-uhci1", 0), ("ich9-uhci2", 2), ("ich9-uhci3", 4)):
        controller = new_controller("usb", 0, model)
        if port is not None:
            set_master(controller, port)
        insert_controller(domain, controller)


def set_master(controller: Any, startport: int) -> None:
    """Make the controller a companion whose ports start there."""
    from purevirt.model.domain.device import UsbMaster

    controller.master = UsbMaster(startport=startport)


def assign_indexes(domain: Any) -> None:
    """Number the controllers that have no index: the lowest free one, but one for a group of USB 2 companions."""
    controllers = domain.devices.controllers
    for position, controller in enumerate(controllers):
        if controller.index is not None:
            continue
        if position and controller.type == "usb" and controller.model in USB2_MODELS:
            controller.index = _companion_index(controllers, position)
        if controller.index is None:
            controller.index = unused_index(domain, controller.type)


def _companion_index(controllers: list[Any], position: int) -> int | None:
    """Index of the USB 2 group the controller seems meant for: that of the USB controller just before it."""
    previous = next((c for c in reversed(controllers[:position]) if c.type == "usb"), None)
    if previous is None or previous.index is None or previous.model not in USB2_MODELS:
        return None
    model = controllers[position].model
    for other in controllers:
        if other.type == "usb" and other.index == previous.index and other.model == model:
            return None
    index: int = previous.index
    return index


def reject_duplicates(domain: Any) -> None:
    """Two controllers of a type with one index, or a second one where only one may be."""
    seen: dict[str, set[int]] = {}
    for controller in domain.devices.controllers:
        if controller.type == "usb":
            # Companions share the index of their master; what else may not, the USB address sets of a driver tell.
            continue
        indexes = seen.setdefault(controller.type, set())
        if controller.index in indexes:
            text = f"Multiple '{controller.type}' controllers with index '{controller.index}'"
            with blamed(controller):
                raise VirtError(ErrorCode.XML_ERROR, text, ErrorDomain.DOMAIN)
        indexes.add(controller.index)


def reject_panics(domain: Any) -> None:
    """Two panic notifiers of one model."""
    seen: set[str | None] = set()
    for panic in domain.devices.panics:
        if panic.model in seen:
            with blamed(panic):
                raise VirtError(ErrorCode.XML_ERROR, f"Multiple panic devices with model '{panic.model}'", ErrorDomain.DOMAIN)
        seen.add(panic.model)
