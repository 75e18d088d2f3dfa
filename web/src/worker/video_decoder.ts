// SPDX-License-Identifier: Apache-2.0
//
// Encoded frames in, pictures out, in order, with nothing held back: Annex B straight into WebCodecs, JPEG through
// createImageBitmap. After anything that breaks the chain of references (a gap, an error, a queue that grows) it
// delivers nothing until a keyframe, and asks for one until it comes. Lives in the worker; owns its decoder.
// Bounds: kMostInside frames inside the decoder, one JPEG in work and one waiting.

import { codecString } from "../protocol/annexb.ts";
import { Codec, FrameFlag, type FrameHeader } from "../protocol/frame_header.ts";

/** Chunks waiting inside the decoder above which it is behind: a tenth of a second at 60 fps. */
const kMostQueued = 6;
/** How long it may be behind: joining a running stream hands it up to 30 frames at once, which it catches up with. */
const kMostBehindMs = 400;
/** Frames given and not come back: a decoder that keeps this many is stuck. */
const kMostInside = 120;
const kKeyframeRetryMs = 500;

export interface Picture {
  image: VideoFrame | ImageBitmap;
  header: FrameHeader;
}

export interface DecoderEvents {
  /** The receiver owns the image and closes it. */
  picture(picture: Picture): void;
  /** Pictures of this many frames will never be seen. */
  dropped(count: number): void;
  keyframeNeeded(): void;
  /** This browser cannot decode what is sent; `codec` is the RFC 6381 name, or null where WebCodecs is missing. */
  unsupported(codec: string | null): void;
  failed(detail: string): void;
  nowMs(): number;
}

export class FrameDecoder {
  private decoder_: VideoDecoder | null = null;
  private configured_ = "";
  private unsupported_ = "";
  private awaiting_keyframe_ = true;
  private keyframe_asked_ms_ = Number.NEGATIVE_INFINITY;
  private kept_up_ms_ = 0;
  /** A picture came since the last reset: from then on what is missing counts as dropped. */
  private joined_ = false;
  private last_seq_ = 0;
  private pending_ = new Map<number, FrameHeader>();
  private jpeg_busy_ = false;
  private jpeg_next_: { header: FrameHeader; payload: Uint8Array } | null = null;

  constructor(private readonly events_: DecoderEvents) {}

  push(header: FrameHeader, payload: Uint8Array): void {
    const expected = this.last_seq_ + 1;
    const gap = this.last_seq_ !== 0 && header.frame_seq !== expected;
    if (gap && header.frame_seq > expected) this.events_.dropped(header.frame_seq - expected);
    this.last_seq_ = header.frame_seq;
    if (header.codec === Codec.jpeg) this.pushJpeg(header, payload);
    else this.pushVideo(header, payload, gap);
  }

  /** A new connection: what comes next has nothing to do with what came before. */
  reset(): void {
    this.last_seq_ = 0;
    this.joined_ = false;
    this.unsupported_ = "";
    this.keyframe_asked_ms_ = Number.NEGATIVE_INFINITY;
    this.restart();
  }

  private pushVideo(header: FrameHeader, payload: Uint8Array, gap: boolean): void {
    const keyframe = (header.flags & FrameFlag.keyframe) !== 0;
    if (gap && !keyframe) this.restart();
    if (!keyframe && this.fellBehind()) this.restart();
    if (this.awaiting_keyframe_ && !keyframe) {
      if (this.joined_) this.events_.dropped(1);
      this.askKeyframe();
      return;
    }
    if (keyframe && !this.configure(header, payload)) return;
    this.decode(header, payload, keyframe);
  }

  private fellBehind(): boolean {
    if (this.decoder_ === null) return false;
    const now_ms = this.events_.nowMs();
    if (this.decoder_.decodeQueueSize <= kMostQueued) this.kept_up_ms_ = now_ms;
    return now_ms - this.kept_up_ms_ > kMostBehindMs || this.pending_.size > kMostInside;
  }

  private decode(header: FrameHeader, payload: Uint8Array, keyframe: boolean): void {
    if (this.decoder_ === null) return;
    this.awaiting_keyframe_ = false;
    this.pending_.set(header.frame_seq, header);
    try {
      const type = keyframe ? "key" : "delta";
      this.decoder_.decode(new EncodedVideoChunk({ type, timestamp: header.frame_seq, data: payload }));
    } catch (error) {
      this.fail(error);
    }
  }

  /** Makes the decoder fit this keyframe; a decoder that already fits is kept, so that nothing is flushed. */
  private configure(header: FrameHeader, payload: Uint8Array): boolean {
    const codec = codecString(payload, header.codec);
    if (codec === null) {
      this.events_.failed("a keyframe came without its parameter set");
      return false;
    }
    if (typeof VideoDecoder === "undefined") return this.refuse(null);
    if (codec === this.unsupported_) return false;
    if (this.decoder_ !== null && this.configured_ === codec) return true;
    this.restart();
    this.decoder_ = new VideoDecoder({ output: (frame) => this.output(frame), error: (error) => this.fail(error) });
    this.kept_up_ms_ = this.events_.nowMs();
    this.configured_ = codec;
    try {
      this.decoder_.configure({ codec, optimizeForLatency: true });
    } catch (error) {
      this.fail(error);
    }
    return this.decoder_ !== null;
  }

  private output(frame: VideoFrame): void {
    const header = this.pending_.get(frame.timestamp);
    for (const seq of this.pending_.keys()) {
      if (seq > frame.timestamp) break;
      this.pending_.delete(seq);
    }
    this.joined_ = true;
    if (header === undefined) frame.close();
    else this.events_.picture({ image: frame, header });
  }

  private fail(error: unknown): void {
    const name = error instanceof DOMException ? error.name : "";
    if (name === "NotSupportedError") {
      this.refuse(this.configured_);
      return;
    }
    this.events_.failed(error instanceof Error ? error.message : String(error));
    this.restart();
    this.askKeyframe();
  }

  private refuse(codec: string | null): false {
    this.unsupported_ = codec ?? "none";
    this.restart();
    this.events_.unsupported(codec);
    return false;
  }

  private restart(): void {
    if (this.decoder_ !== null && this.decoder_.state !== "closed") this.decoder_.close();
    this.decoder_ = null;
    this.configured_ = "";
    this.events_.dropped(this.pending_.size);
    this.pending_.clear();
    this.awaiting_keyframe_ = true;
  }

  private askKeyframe(): void {
    const now = this.events_.nowMs();
    if (now - this.keyframe_asked_ms_ < kKeyframeRetryMs) return;
    this.keyframe_asked_ms_ = now;
    this.events_.keyframeNeeded();
  }

  private pushJpeg(header: FrameHeader, payload: Uint8Array): void {
    if (this.decoder_ !== null) this.restart();
    if (this.jpeg_busy_) {
      if (this.jpeg_next_ !== null) this.events_.dropped(1);
      this.jpeg_next_ = { header, payload };
      return;
    }
    this.jpeg_busy_ = true;
    void this.decodeJpeg(header, payload);
  }

  private async decodeJpeg(header: FrameHeader, payload: Uint8Array): Promise<void> {
    try {
      const blob = new Blob([payload as Uint8Array<ArrayBuffer>], { type: "image/jpeg" });
      this.events_.picture({ image: await createImageBitmap(blob), header });
    } catch (error) {
      this.events_.failed(error instanceof Error ? error.message : String(error));
      this.events_.dropped(1);
    }
    this.jpeg_busy_ = false;
    const next = this.jpeg_next_;
    this.jpeg_next_ = null;
    if (next !== null) this.pushJpeg(next.header, next.payload);
  }
}
