#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Data channels against an implementation that is not ours: aiortc's SCTP, in Python, over a pipe. usage: aiortc_peer.py
CHANNEL_ECHO. Ends with 77, and says so, where aiortc is not installed (pip install aiortc)."""

import asyncio
import sys

try:
    from aiortc import RTCDataChannel, RTCDataChannelParameters
    from aiortc.rtcsctptransport import RTCSctpCapabilities, RTCSctpTransport
except ImportError:
    print("SKIPPED: aiortc is not installed, so data channels were not tried against an independent SCTP")
    sys.exit(77)


class Pipe:
    """Stands where a DTLS transport would."""

    state, _role = "connected", "client"

    def __init__(self, process):
        self.process, self.receiver, self.count = process, None, 0

    def _register_data_receiver(self, receiver):
        self.receiver = receiver

    def _unregister_data_receiver(self, _):
        self.receiver = None

    async def _send_data(self, data):
        self.count += 1
        if self.count % 7 == 0:
            return  # lost on the way
        self.process.stdin.write(len(data).to_bytes(2, "big") + data)
        await self.process.stdin.drain()

    async def receive(self):
        while True:
            size = int.from_bytes(await self.process.stdout.readexactly(2), "big")
            data = await self.process.stdout.readexactly(size)
            if self.receiver:
                await self.receiver._handle_data(data)


class Channel:
    def __init__(self, sctp, label, **how):
        self.opened, self.closed, self.messages = asyncio.Event(), asyncio.Event(), asyncio.Queue()
        self.channel = RTCDataChannel(sctp, RTCDataChannelParameters(label=label, **how))
        self.channel.on("open", self.opened.set)
        self.channel.on("close", self.closed.set)
        self.channel.on("message", self.messages.put_nowait)


async def check_commands(commands):
    sent = [f"{i}" + i * "." for i in range(200)] + [bytes(range(256)) * 4, "\u00fc" * 500]
    for message in sent:
        commands.channel.send(message)
    for message in sent:
        assert await commands.messages.get() == message, message[:10]


async def check_control(control):
    for i in range(300):
        control.channel.send(i.to_bytes(4, "big") * 10)
        await asyncio.sleep(0.005)
    await asyncio.sleep(0.5)
    got = [int.from_bytes(control.messages.get_nowait()[:4], "big") for _ in range(control.messages.qsize())]
    assert len(got) > 150 and len(set(got)) == len(got), f"{len(got)} of 300, {len(set(got))} of them different"
    return len(got)


async def check(sctp):
    control = Channel(sctp, "control", ordered=False, maxRetransmits=0)
    commands, chat = Channel(sctp, "commands"), Channel(sctp, "chat")
    await control.opened.wait()
    await commands.opened.wait()
    await chat.closed.wait()  # it is none of ours
    await check_commands(commands)
    echoed = await check_control(control)
    while control.channel.readyState == "open":  # a message of this channel may be lost
        control.channel.send(bytes(300))  # beyond its bound
        await asyncio.sleep(0.1)
    await control.closed.wait()
    control = Channel(sctp, "control", ordered=False, maxRetransmits=0)
    await control.opened.wait()
    commands.channel.send("bye")
    return echoed


async def main():
    process = await asyncio.create_subprocess_exec(
        sys.argv[1], stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    pipe = Pipe(process)
    receiving = asyncio.ensure_future(pipe.receive())
    sctp = RTCSctpTransport(pipe, 5000)
    await sctp.start(RTCSctpCapabilities(maxMessageSize=1024), 5000)
    echoed = await asyncio.wait_for(check(sctp), 60)
    assert await asyncio.wait_for(process.wait(), 30) == 0
    receiving.cancel()
    print(f"aiortc: 202 commands in order, {echoed} of 300 control messages, one packet in seven lost")


asyncio.run(main())
