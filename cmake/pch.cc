// SPDX-License-Identifier: Apache-2.0
// A target to hang the precompiled header on.
