// SPDX-License-Identifier: Apache-2.0
//
// Reads the simulator's time code back from the picture that the video element shows, as the painter does from its
// canvas: one line of pixels through the middle of the code. Only where the address asked for it (?timecode=1).

import { kTimecodeRows, readTimecode } from "../protocol/timecode.ts";

export class VideoTimecode {
  private readonly canvas_ = new OffscreenCanvas(1, 1);
  private readonly context_ = this.canvas_.getContext("2d", { alpha: false, willReadFrequently: true });

  /** Low 32 bits of the instant at which the picture was captured, microseconds; null where it carries no code. */
  read(video: HTMLVideoElement): number | null {
    const { videoWidth: width, videoHeight: height } = video;
    if (this.context_ === null || width === 0) return null;
    if (this.canvas_.width !== width) this.canvas_.width = width;
    this.context_.drawImage(video, 0, height - kTimecodeRows / 2, width, 1, 0, 0, width, 1);
    return readTimecode(this.context_.getImageData(0, 0, width, 1).data, width);
  }
}
