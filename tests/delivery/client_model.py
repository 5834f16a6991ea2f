"""A client that follows `docs/protocol.md` to the letter, without a network: frames in, state out.

It drops doubles and reports gaps as any client must; beside that it writes down everything a correct server never sends,
so that a fault which a robust client would survive is still seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Verdict = Literal["applied", "double", "gap", "foreign"]


class GapInFeed(Exception):
    """A jump in `seq`: the client must close and resume with its last good cursor."""


@dataclass
class ClientModel:
    """What one client holds. `complaints` lists what a correct server would not have sent, in words."""

    name: str
    user_id: str = ""
    singles: Json = field(default_factory=dict[str, Any])
    """What there is one of: the instance's switches, the user's settings, and how far they have read, by channel."""
    cursor: str | None = None
    feeds: dict[str, int] = field(default_factory=dict[str, int])
    channels: dict[str, Json] = field(default_factory=dict[str, Json])
    users: dict[str, Json] = field(default_factory=dict[str, Json])
    online: set[str] = field(default_factory=set[str])
    rooms: dict[str, Json] = field(default_factory=dict[str, Json])
    messages: dict[str, dict[int, Json]] = field(default_factory=dict[str, dict[int, Json]])
    since: dict[str, int] = field(default_factory=dict[str, int])
    """For each channel the seq after which `messages` holds every message."""
    complaints: list[str] = field(default_factory=list[str])
    _stage: Literal["new", "greeted", "started", "live"] = "new"
    _seen_here: set[str] = field(default_factory=set[str])
    _strays: set[str] = field(default_factory=set[str])
    """Feeds not held of which this connection was told something: lawful only in a replay around a removal and a return."""

    def connected(self) -> None:
        """A new socket is open."""
        self._stage = "new"
        self._seen_here = set()
        self._strays = set()

    def caught_up(self) -> None:
        """The replay is over: whatever was told of a channel, this client must be in it by now."""
        self._stage = "live"
        for feed in sorted(self._strays):
            self._complain(f"was told of {feed} without being in it")
        self._strays = set()

    @property
    def has_started(self) -> bool:
        """Whether this connection has been told `ready` or `resumed`."""
        return self._stage in ("started", "live")

    def handle(self, frame: Json) -> None:
        """Apply one server frame. Raises `GapInFeed`."""
        op = frame["op"]
        expected = {"hello": "new", "ready": "greeted", "resumed": "greeted"}.get(op, "started")
        stage = "started" if self._stage == "live" else self._stage
        if stage != expected and op != "reconnect":
            self._complain(f"{op} came when the connection was {self._stage}")
        if op == "hello":
            self._stage = "greeted"
        elif op == "ready":
            self._start_afresh(frame)
        elif op == "resumed":
            self._resume(frame)
        elif op == "dispatch":
            self._take_dispatch(frame)
        elif op == "reply" and self._stage == "started":
            self.caught_up()

    def state(self) -> Json:
        """What must equal the same of a client that has just started afresh."""
        rooms = {key: room for key, room in self.rooms.items() if room["participants"] or not room["settled"]}
        return {
            "singles": self.singles,
            "channels": self.channels,
            "users": self.users,
            "feeds": self.feeds,
            "online": self.online,
            "rooms": rooms,
        }

    def _start_afresh(self, ready: Json) -> None:
        snapshot = ready["snapshot"]
        self._stage = "started"
        self.user_id = ready["user"]["id"]
        self.singles = {name: snapshot[name] for name in ("instance", "settings")}
        self.singles["read_states"] = {each["channel_id"]: each for each in snapshot["read_states"]}
        self.cursor = ready["cursor"]
        self.feeds = dict(snapshot["feeds"])
        self.channels = {channel["id"]: channel for channel in snapshot["channels"]}
        self.users = {user["id"]: user for user in snapshot["users"]}
        self.online = set(snapshot["presence"])
        self._take_rooms(snapshot["rooms"])
        self.since = {channel_id: self.feeds[f"channel:{channel_id}"] for channel_id in self.channels}
        self.messages = {channel_id: {} for channel_id in self.channels}
        wanted = {"instance", f"user:{self.user_id}", *(f"channel:{channel_id}" for channel_id in self.channels)}
        if set(self.feeds) != wanted:
            self._complain(f"the snapshot has the feeds {sorted(self.feeds)}, not {sorted(wanted)}")

    def _resume(self, resumed: Json) -> None:
        self._stage = "started"
        if resumed["cursor"] != self.cursor:
            self._complain(f"resumed from {resumed['cursor']}, not from {self.cursor}")
        kept = set[str]() if resumed["presence_settled"] else self.online
        self.online = kept | set(resumed["presence"])
        self._take_rooms(resumed["rooms"])

    def _take_rooms(self, rooms: list[Json]) -> None:
        self.rooms = {room["channel_id"]: {**room, "participants": _by_id(room["participants"])} for room in rooms}

    def _take_dispatch(self, dispatch: Json) -> None:
        durable = {"id", "feed", "seq"} & set(dispatch)
        if not durable:
            self._apply_ephemeral(dispatch["t"], dispatch["d"])
        elif len(durable) == 3:
            self._take_durable(dispatch)
        else:
            self._complain(f"{dispatch['t']} has only {sorted(durable)}")

    def _take_durable(self, dispatch: Json) -> None:
        feed, seq = dispatch["feed"], dispatch["seq"]
        if dispatch["id"] in self._seen_here:
            self._complain(f"{feed} {seq} came twice on one connection")
        self._seen_here.add(dispatch["id"])
        verdict = self._judge(feed, seq)
        if verdict == "gap":
            self._complain(f"{feed} jumped from {self.feeds.get(feed, 0)} to {seq}")
            raise GapInFeed(feed)
        if verdict == "double":
            self._complain(f"{feed} {seq} was applied before ({self.feeds[feed]} is the last)")
            return
        if verdict == "applied":
            self.feeds[feed] = seq
            self._apply(dispatch)
        self.cursor = dispatch["id"]

    def _judge(self, feed: str, seq: int) -> Verdict:
        if feed not in self.feeds:
            if self._stage == "live" or not feed.startswith("channel:"):
                self._complain(f"an event of {feed}, which is somebody else's")
            self._strays.add(feed)
            return "foreign"
        if seq <= self.feeds[feed]:
            return "double"
        return "applied" if seq == self.feeds[feed] + 1 else "gap"

    def _apply(self, dispatch: Json) -> None:
        name, data, feed = dispatch["t"], dispatch["d"], dispatch["feed"]
        if name in ("user.created", "user.updated"):
            self.users[data["user"]["id"]] = data["user"]
        elif name == "membership.added":
            self._add_channel(data["channel"], data["seq"])
        elif name == "membership.removed":
            self._drop_channel(data["channel_id"])
        elif name == "channel.updated":
            self.channels[data["channel"]["id"]] = data["channel"]
        elif name == "message.posted":
            self._add_message(data["message"], feed, dispatch["seq"])
        elif name in ("message.edited", "message.deleted"):
            self._change_message(data["message"], feed, dispatch["seq"])
        elif name == "instance.updated":
            self.singles["instance"] = data["instance"]
        elif name == "read_state.updated":
            self._read(data["channel_id"], data["read_seq"])
        elif name == "user_settings.updated":
            self._take_settings(data["settings"], feed, dispatch["seq"])
        elif name not in ("channel.member_added", "channel.member_removed"):
            self._complain(f"there is no durable dispatch {name}")

    def _take_settings(self, settings: Json, feed: str, seq: int) -> None:
        if feed != f"user:{self.user_id}" or settings["rev"] != seq:
            self._complain(f"the settings of rev {settings['rev']} do not belong at {feed} {seq}")
        self.singles["settings"] = settings

    def _add_channel(self, channel: Json, seq: int) -> None:
        self._strays.discard(f"channel:{channel['id']}")
        self.channels[channel["id"]] = channel
        self.feeds[f"channel:{channel['id']}"] = self.since[channel["id"]] = seq
        self.messages[channel["id"]] = {}
        if channel["kind"] == "text":
            states = self.singles["read_states"]
            states[channel["id"]] = {"channel_id": channel["id"], "read_seq": seq, "last_seq": seq}

    def _drop_channel(self, channel_id: str) -> None:
        for held in (self.channels, self.rooms, self.messages, self.since):
            held.pop(channel_id, None)
        self.singles["read_states"].pop(channel_id, None)
        self.feeds.pop(f"channel:{channel_id}", None)

    def _add_message(self, message: Json, feed: str, seq: int) -> None:
        if feed != f"channel:{message['channel_id']}" or message["seq"] != seq or message["rev"] != seq:
            self._complain(f"the message {message['id']} does not belong at {feed} {seq}")
        self.messages[message["channel_id"]][message["seq"]] = message
        state = self.singles["read_states"].get(message["channel_id"])
        if state is not None:
            state["last_seq"] = seq
        if message["author_id"] == self.user_id:
            self._read(message["channel_id"], seq)

    def _read(self, channel_id: str, seq: int) -> None:
        state = self.singles["read_states"].get(channel_id)
        if state is None:  # of a membership that ended and began again further on in the replay
            return
        state["read_seq"] = max(seq, state["read_seq"])
        state["last_seq"] = max(seq, state["last_seq"])

    def _change_message(self, message: Json, feed: str, seq: int) -> None:
        """A later version counts; a message from before this client began to hold the channel is none of its own."""
        if feed != f"channel:{message['channel_id']}" or message["rev"] != seq:
            self._complain(f"the change of {message['id']} to rev {message['rev']} does not belong at {feed} {seq}")
        if message["seq"] <= self.since[message["channel_id"]]:
            return
        known = self.messages[message["channel_id"]].get(message["seq"])
        if known is None or known["id"] != message["id"]:
            self._complain(f"{feed} {seq} changes {message['id']}, which was never posted")
        elif message["rev"] > known["rev"]:
            self.messages[message["channel_id"]][message["seq"]] = message

    def _apply_ephemeral(self, name: str, data: Json) -> None:
        if name == "presence.changed":
            self.online |= set(data["online"])
            self.online -= set(data["offline"])
        elif name == "presence.settled":
            self.online = set(data["online"])
        elif name == "voice.room_settled":
            self.rooms[data["channel_id"]] = {**data, "participants": _by_id(data["participants"])}
        elif name.startswith("voice.participant_"):
            self._apply_to_room(name, data)

    def _apply_to_room(self, name: str, data: Json) -> None:
        empty: Json = {"channel_id": data["channel_id"], "rev": data["rev"] - 1, "settled": True, "participants": {}}
        room = self.rooms.setdefault(data["channel_id"], empty)
        if data["rev"] <= room["rev"]:
            return
        if data["rev"] != room["rev"] + 1:
            self._complain(f"the room {data['channel_id']} jumped from {room['rev']} to {data['rev']}")
        room["rev"] = data["rev"]
        if name == "voice.participant_left":
            room["participants"].pop(data["participant_id"], None)
        else:
            room["participants"][data["participant"]["id"]] = data["participant"]

    def _complain(self, what: str) -> None:
        self.complaints.append(f"{self.name}: {what}")


def _by_id(participants: list[Json]) -> dict[str, Json]:
    return {participant["id"]: participant for participant in participants}
