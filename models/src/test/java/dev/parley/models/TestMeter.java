package dev.parley.models;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/// The time of rates, turned by hand. For one thread.
final class TestMeter implements TimeMeter {
  private long nanos;

  void turn(Duration by) {
    nanos += by.toNanos();
  }

  @Override
  public long currentTimeNanos() {
    return nanos;
  }

  @Override
  public boolean isWallClockBased() {
    return false;
  }
}
