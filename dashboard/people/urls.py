"""The addresses of accounts and of what belongs to them."""

from __future__ import annotations

from django.urls import path

from dashboard.views import account, accounts, follows, subscriptions

urlpatterns = [
    path("accounts/login", accounts.sign_in, name="login"),
    path("accounts/logout", accounts.sign_out, name="logout"),
    path("accounts/signup", accounts.sign_up, name="sign_up"),
    path("accounts/confirm/<str:proof>", accounts.confirm_address, name="account_confirm"),
    path("accounts/password", accounts.password_change, name="password_change"),
    path("accounts/forgotten", accounts.password_forgotten, name="password_forgotten"),
    path("accounts/forgotten/sent", accounts.password_sent, name="password_sent"),
    path("accounts/reset/<uidb64>/<token>", accounts.password_reset, name="password_reset"),
    path("account", account.account, name="account"),
    path("account/address", account.address, name="account_address"),
    path("account/confirm", account.prove, name="account_prove"),
    path("account/delete", account.delete, name="account_delete"),
    path("account/tokens", account.tokens, name="account_tokens"),
    path("account/tokens/<int:number>/revoke", account.revoke, name="revoke_token"),
    path("account/views", account.saved_views, name="saved_views"),
    path("account/views/<int:number>", account.saved_view, name="saved_view"),
    path("account/subscriptions/new", subscriptions.new_subscription, name="new_subscription"),
    path("account/subscriptions/<int:number>", subscriptions.subscription, name="subscription"),
    path("feed/<str:token>.atom", subscriptions.private_feed, name="private_feed"),
    path("unsubscribe/<str:token>", subscriptions.unsubscribe, name="unsubscribe"),
    path("follow", follows.follow, name="follow"),
]
