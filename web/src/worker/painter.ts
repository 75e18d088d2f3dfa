// SPDX-License-Identifier: Apache-2.0
//
// Puts pictures on the canvas the moment they are decoded. Where several are ready at once only the newest is drawn:
// a picture waits in a slot of one for as long as it takes the tasks already queued to run, and no longer.

import { kTimecodeRows, readTimecode } from "../protocol/timecode.ts";
import type { Picture } from "./video_decoder.ts";

export interface PainterEvents {
  drawn(picture: Picture, width: number, height: number): void;
  skipped(): void;
  timecode(picture: Picture, capture_us: number): void;
}

export class Painter {
  private readonly context_: OffscreenCanvasRenderingContext2D;
  private readonly wake_ = new MessageChannel();
  private newest_: Picture | null = null;

  constructor(
    private readonly canvas_: OffscreenCanvas,
    private readonly read_timecode_: boolean,
    private readonly events_: PainterEvents,
  ) {
    const context = canvas_.getContext("2d", { alpha: false, desynchronized: true, willReadFrequently: read_timecode_ });
    if (context === null) throw new Error("this browser gives no 2D canvas to a worker");
    this.context_ = context;
    this.wake_.port1.onmessage = () => this.draw();
  }

  show(picture: Picture): void {
    if (this.newest_ === null) {
      this.wake_.port2.postMessage(null);
    } else {
      this.newest_.image.close();
      this.events_.skipped();
    }
    this.newest_ = picture;
  }

  private draw(): void {
    const picture = this.newest_;
    if (picture === null) return;
    this.newest_ = null;
    const [width, height] = sizeOf(picture.image);
    if (this.canvas_.width !== width || this.canvas_.height !== height) {
      this.canvas_.width = width;
      this.canvas_.height = height;
    }
    this.context_.drawImage(picture.image, 0, 0);
    picture.image.close();
    if (this.read_timecode_) this.readBack(picture, width, height);
    this.events_.drawn(picture, width, height);
  }

  private readBack(picture: Picture, width: number, height: number): void {
    const row = this.context_.getImageData(0, height - kTimecodeRows / 2, width, 1);
    const capture_us = readTimecode(row.data, width);
    if (capture_us !== null) this.events_.timecode(picture, capture_us);
  }
}

function sizeOf(image: VideoFrame | ImageBitmap): [number, number] {
  return "displayWidth" in image ? [image.displayWidth, image.displayHeight] : [image.width, image.height];
}
