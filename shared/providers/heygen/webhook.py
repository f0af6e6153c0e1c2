"""What HeyGen's webhooks tell: the events abroll registers for, and the only ones its door takes for a hint."""

NEWS = ("avatar_video.success", "avatar_video.fail")
