// SPDX-License-Identifier: Apache-2.0
//
// How long WebRTC's picture stands still, as the video element tells of each picture that it shows.

/** From now on; what was seen before is forgotten. */
export const watchPictures = (page) =>
  page.evaluate(() => {
    const video = document.querySelector('[data-testid="video"]');
    const seen = (window.pictures_seen = { longest_ms: 0, count: 0, last_ms: performance.now() });
    const onPicture = (_, { presentationTime }) => {
      if (window.pictures_seen !== seen) return;
      seen.longest_ms = Math.max(seen.longest_ms, presentationTime - seen.last_ms);
      seen.last_ms = presentationTime;
      ++seen.count;
      video.requestVideoFrameCallback(onPicture);
    };
    video.requestVideoFrameCallback(onPicture);
  });

export const longestFreezeMs = (page) => page.evaluate(() => window.pictures_seen.longest_ms);
