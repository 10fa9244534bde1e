package dev.parley.bench.load;

/// What happens besides messages.
interface Disturbance {
  /// Nothing.
  Disturbance NONE = new Disturbance() {};

  /// Everybody is in; nothing is sent yet.
  default void prepare() {}

  /// The measuring begins.
  default void begin() {}

  /// The measuring has ended: everything is to become as before.
  default void end() {}

  /// The one that belongs to a workload.
  static Disturbance of(Plan plan, Population population) {
    return switch (plan.workload()) {
      case FANOUT, INGEST -> NONE;
      case IDLE -> new RollCall(population);
      case CHURN -> new Churn(population);
      case RESUME_STORM -> new ResumeStorm(plan, population);
      case SLOW -> new SlowReaders(population);
      case MIXED -> new DailyLife(plan, population);
    };
  }
}
