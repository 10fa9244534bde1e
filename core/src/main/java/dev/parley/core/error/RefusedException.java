package dev.parley.core.error;

/// Carries a refusal to the place that answers. Cheap: it has no stack trace.
public final class RefusedException extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient Refusal refusal;

  public RefusedException(Refusal refusal) {
    super(refusal.reason() + ": " + refusal.message(), null, false, false);
    this.refusal = refusal;
  }

  /// What is refused, and why.
  public Refusal refusal() {
    return refusal;
  }
}
